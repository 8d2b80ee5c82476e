import type { Field } from '@/api/types';

/** A field's name with the prefix that says where it lies: bare names are those of records. */
export function attributeName(name: string, kind: Field['kind']): string {
  if (name === 'host') return 'resource.host.name';
  if (/^(attr|resource)\./.test(name)) return name;
  return kind === 'resource' ? `resource.${name}` : `attr.${name}`;
}
