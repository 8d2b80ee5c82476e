import { expect, it } from 'vitest';
import { countOf, treeOf, type TreeNode } from './attribute-tree';

const written = (nodes: TreeNode[], depth = 0): string[] =>
  nodes.flatMap((node) => [
    `${'  '.repeat(depth)}${node.label}${node.field === null ? '' : `=${node.field.value}`}`,
    ...written(node.children, depth + 1),
  ]);

it('nests names by their dots and joins what does not branch', () => {
  const fields = [
    ['http.request.method', 'GET'],
    ['http.request.body.size', '12'],
    ['http.status', '200'],
    ['http', 'yes'],
    ['k8s.pod.name', 'a'],
  ].map(([label = '', value = '']) => ({ label, field: label, value }));
  const tree = treeOf(fields);
  expect(written(tree)).toEqual([
    'http=yes',
    '  request',
    '    method=GET',
    '    body.size=12',
    '  status=200',
    'k8s.pod.name=a',
  ]);
  expect(tree.map(countOf)).toEqual([4, 1]);
});
