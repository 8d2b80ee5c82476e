import type { DetailField } from '@/components/log/record';

/** A branch of fields whose names begin alike, or a field. */
export interface TreeNode {
  /** What stands at this place: the rest of the name after the branches above. */
  label: string;
  /** The whole name up to here, by which an open branch is remembered. */
  path: string;
  field: DetailField | null;
  children: TreeNode[];
}

/** Fields by the parts of their names, `http.request.method` under `http.request`; a branch with one child is one line. */
export function treeOf(fields: readonly DetailField[]): TreeNode[] {
  const root: TreeNode = { label: '', path: '', field: null, children: [] };
  for (const field of fields) {
    let at = root;
    for (const part of field.label.split('.')) {
      const path = at.path === '' ? part : `${at.path}.${part}`;
      let next = at.children.find((child) => child.label === part);
      if (next === undefined) {
        next = { label: part, path, field: null, children: [] };
        at.children.push(next);
      }
      at = next;
    }
    at.field = field;
  }
  return root.children.map(joined);
}

function joined(node: TreeNode): TreeNode {
  const children = node.children.map(joined);
  const [only] = children;
  if (node.field === null && children.length === 1 && only !== undefined) {
    return { ...only, label: `${node.label}.${only.label}` };
  }
  return { ...node, children };
}

export function countOf(node: TreeNode): number {
  return (node.field === null ? 0 : 1) + node.children.reduce((sum, child) => sum + countOf(child), 0);
}
