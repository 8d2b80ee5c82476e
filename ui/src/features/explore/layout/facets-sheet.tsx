import { Drawer } from '@mantine/core';
import { FacetsPanel } from '../facets/facets-panel';

interface FacetsSheetProps {
  isOpen: boolean;
  onClose: () => void;
}

/** The fields over the rows, where there is no room beside them. */
export default function FacetsSheet({ isOpen, onClose }: FacetsSheetProps) {
  return (
    <Drawer
      opened={isOpen}
      onClose={onClose}
      title="Fields"
      size={300}
      padding="xs"
      transitionProps={{ duration: 90 }}
    >
      <FacetsPanel />
    </Drawer>
  );
}
