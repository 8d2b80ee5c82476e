import { createContext, use, useEffect, useRef, useSyncExternalStore } from 'react';
import type { Command, CommandRegistry } from './registry';

export const CommandContext = createContext<CommandRegistry | null>(null);

export function useCommandRegistry(): CommandRegistry {
  const registry = use(CommandContext);
  if (registry === null) throw new Error('CommandContext has no value');
  return registry;
}

/**
 * Offers commands while the calling component is on screen. The array may be new at each render; what runs is always
 * the latest.
 */
export function useCommands(commands: Command[]): void {
  const registry = useCommandRegistry();
  const latest = useRef(commands);
  useEffect(() => {
    latest.current = commands;
  });
  // Closures change at each render, but only what is shown needs a new registration.
  const shown = JSON.stringify(
    commands.map(({ id, title, group, keys, whileTyping, onlyKeys }) => ({
      id,
      title,
      group,
      keys,
      whileTyping,
      onlyKeys,
    })),
  );
  useEffect(() => {
    const descriptions = JSON.parse(shown) as Omit<Command, 'run'>[];
    return registry.add(
      descriptions.map((description) => ({
        ...description,
        run: () => latest.current.find((command) => command.id === description.id)?.run(),
      })),
    );
  }, [registry, shown]);
}

export function useAllCommands(): readonly Command[] {
  const registry = useCommandRegistry();
  return useSyncExternalStore(registry.subscribe, registry.commands);
}
