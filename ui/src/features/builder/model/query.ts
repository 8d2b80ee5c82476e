import type { QueryTree } from '@/api/query-tree';
import { utf16Offset } from '@/components/search-bar/offsets';
import { filterOf, newGroup, rootOf, type Group, type SourceOf } from './conditions';
import { pipeOf, stepOf } from './step-tree';
import type { Step } from './steps';

/** What the builder edits. */
export interface BuilderQuery {
  root: Group;
  steps: Step[];
}

export function emptyQuery(): BuilderQuery {
  return { root: newGroup('and'), steps: [] };
}

/** A tree as the builder edits it; `text` is what the tree was read from. */
export function queryOf(tree: QueryTree, text: string): BuilderQuery {
  const sourceOf: SourceOf = ({ span }) =>
    span === undefined ? '' : text.slice(utf16Offset(text, span.start), utf16Offset(text, span.end)).trim();
  return { root: rootOf(tree.filter, sourceOf), steps: tree.pipes.map((pipe) => stepOf(pipe, sourceOf)) };
}

export function treeOf({ root, steps }: BuilderQuery): QueryTree {
  return { filter: filterOf(root), pipes: steps.flatMap((step) => pipeOf(step) ?? []) };
}

/** What is kept as it is written because the builder has no inputs for it. */
export function keptOf({ root, steps }: BuilderQuery): string[] {
  const ofGroup = (group: Group): string[] =>
    group.children.flatMap((child) => {
      if (child.kind === 'kept') return child.source;
      return child.kind === 'group' ? ofGroup(child) : [];
    });
  return [...ofGroup(root), ...steps.flatMap((step) => (step.kind === 'kept' ? step.source : []))];
}
