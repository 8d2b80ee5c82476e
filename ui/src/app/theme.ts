import {
  createTheme,
  Modal,
  Tooltip,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from '@mantine/core';

const accent: MantineColorsTuple = [
  '#e3f4f2',
  '#c9e8e5',
  '#9dd5d0',
  '#6cc0b9',
  '#42ada5',
  '#259f96',
  '#0b8f88',
  '#0b726d',
  '#085c58',
  '#044643',
];

/** Mantine's own variables follow the tokens of tokens.css, so that there is one place for each colour. */
export const cssVariablesResolver: CSSVariablesResolver = () => {
  const shared = {
    '--mantine-color-body': 'var(--surface)',
    '--mantine-color-text': 'var(--text)',
    '--mantine-color-dimmed': 'var(--text-dim)',
    '--mantine-color-placeholder': 'var(--text-faint)',
    '--mantine-color-default': 'var(--surface-raised)',
    '--mantine-color-default-hover': 'var(--surface-hover)',
    '--mantine-color-default-color': 'var(--text)',
    '--mantine-color-default-border': 'var(--border-strong)',
    '--mantine-color-anchor': 'var(--accent)',
    '--mantine-color-error': 'var(--bad)',
  };
  // Fields and switches take these for their surfaces in the dark, and Mantine's own are of another grey.
  const dark = {
    '--mantine-color-dark-4': 'var(--border-strong)',
    '--mantine-color-dark-5': 'var(--surface-hover)',
    '--mantine-color-dark-6': 'var(--surface-raised)',
    '--mantine-color-dark-7': 'var(--surface)',
    '--mantine-color-dark-8': 'var(--surface-subtle)',
  };
  return { variables: {}, light: shared, dark: { ...shared, ...dark } };
};

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: 7,
  colors: { accent },
  fontFamily: 'var(--font-sans)',
  fontFamilyMonospace: 'var(--font-mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '13px', lg: '15px', xl: '18px' },
  headings: {
    fontFamily: 'var(--font-sans)',
    fontWeight: '600',
    sizes: { h1: { fontSize: '18px' }, h2: { fontSize: '15px' }, h3: { fontSize: '13px' } },
  },
  defaultRadius: 4,
  radius: { xs: '2px', sm: '4px', md: '4px', lg: '4px', xl: '8px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  focusRing: 'auto',
  components: {
    Button: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { size: 'md', variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'xs' } },
    Select: {
      defaultProps: { size: 'xs', comboboxProps: { shadow: 'sm', transitionProps: { duration: 0 } } },
    },
    SegmentedControl: { defaultProps: { size: 'xs', transitionDuration: 90 } },
    Switch: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
    Menu: { defaultProps: { shadow: 'sm', transitionProps: { duration: 0 } } },
    Popover: { defaultProps: { shadow: 'sm', transitionProps: { duration: 0 } } },
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 400, transitionProps: { duration: 0 }, fz: 12 } }),
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Drawer: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Modal: Modal.extend({
      defaultProps: {
        transitionProps: { duration: 90 },
        closeButtonProps: { 'aria-label': 'Close' },
        overlayProps: { backgroundOpacity: 0.35 },
        shadow: 'none',
        styles: {
          content: { border: '1px solid var(--border-strong)' },
          title: { fontSize: 15, fontWeight: 600 },
          header: { minHeight: 48, paddingBlock: 8 },
        },
        centered: false,
        yOffset: 72,
      },
    }),
  },
});
