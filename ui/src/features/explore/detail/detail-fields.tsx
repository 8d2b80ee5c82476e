import { ActionIcon, Tooltip } from '@mantine/core';
import { IconBinaryTree, IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import type { LogRow } from '@/api/types';
import type { DetailGroup } from '@/components/log/record';
import { useStored } from '../state/stored';
import { countOf, treeOf, type TreeNode } from './attribute-tree';
import { FieldRow } from './field-row';
import classes from './detail.module.css';

/** A group of fields, which opens and closes and stays as it was left; names with dots stand as a tree where wanted. */
export function DetailFields({ group, row }: { group: DetailGroup; row: LogRow }) {
  const [isOpen, setOpen] = useStored(`detail.${group.name}`, true);
  const [isTree, setTree] = useStored('detail.tree', false);
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  const canNest = group.fields.some((field) => field.label.includes('.'));
  const treeText = isTree ? 'Names as a list' : 'Names as a tree';
  return (
    <section className={classes.group} aria-label={group.name}>
      <div className={classes.groupHead}>
        <h3 className={classes.groupTitle}>
          <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            <Chevron size={12} aria-hidden />
            {group.name}
            <span className={classes.groupCount}>{group.fields.length}</span>
          </button>
        </h3>
        {canNest && isOpen && (
          <Tooltip label={treeText}>
            <ActionIcon
              size={24}
              aria-label={`${treeText}: ${group.name}`}
              aria-pressed={isTree}
              variant={isTree ? 'light' : 'subtle'}
              color={isTree ? 'accent' : 'gray'}
              onClick={() => setTree(!isTree)}
            >
              <IconBinaryTree size={13} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      {isOpen && (
        <dl className={classes.fields}>
          {isTree && canNest
            ? treeOf(group.fields).map((node) => <Branch key={node.path} node={node} row={row} depth={0} />)
            : group.fields.map((field) => <FieldRow key={field.label} field={field} row={row} />)}
        </dl>
      )}
    </section>
  );
}

function Branch({ node, row, depth }: { node: TreeNode; row: LogRow; depth: number }) {
  const [isOpen, setOpen] = useState(true);
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <>
      {node.field !== null && <FieldRow field={node.field} row={row} label={node.label} depth={depth} />}
      {node.children.length > 0 && node.field === null && (
        <div className={classes.branch}>
          <dt style={{ paddingLeft: depth * 14 }}>
            <button type="button" aria-expanded={isOpen} title={node.path} onClick={() => setOpen(!isOpen)}>
              <Chevron size={11} aria-hidden />
              {node.label}
            </button>
          </dt>
          <dd>{!isOpen && countOf(node)}</dd>
        </div>
      )}
      {isOpen &&
        node.children.map((child) => <Branch key={child.path} node={child} row={row} depth={depth + 1} />)}
    </>
  );
}
