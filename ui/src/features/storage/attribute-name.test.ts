import { expect, test } from 'vitest';
import { attributeName } from './attribute-name';

test('the name of an attribute says where it lies', () => {
  expect(attributeName('duration_ms', 'attribute')).toBe('attr.duration_ms');
  expect(attributeName('attr.level', 'attribute')).toBe('attr.level');
  expect(attributeName('k8s.pod.name', 'resource')).toBe('resource.k8s.pod.name');
  expect(attributeName('resource.service', 'resource')).toBe('resource.service');
  expect(attributeName('host', 'column')).toBe('resource.host.name');
});
