import { Page } from '@/components/page';

export function ImportsPage() {
  return <Page title="Imports">{null}</Page>;
}
