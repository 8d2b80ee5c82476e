import { Button, Group, Modal } from '@mantine/core';

interface LeaveDialogProps {
  onStay: () => void;
  onDiscard: () => void;
  onSave: () => void;
}

/** Changes would be lost: asked once, when one leaves. */
export function LeaveDialog({ onStay, onDiscard, onSave }: LeaveDialogProps) {
  return (
    <Modal opened onClose={onStay} title="Save the changes to this dashboard?">
      <p>They are lost if you leave without saving.</p>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onStay}>
          Stay
        </Button>
        <Button variant="default" onClick={onDiscard}>
          Leave without saving
        </Button>
        <Button onClick={onSave} data-autofocus>
          Save and leave
        </Button>
      </Group>
    </Modal>
  );
}
