/** Whose table a source looks like. */
export const KIND_NAMES: Partial<Record<string, string>> = {
  click_lite: 'Click-Lite',
  opentelemetry: 'OpenTelemetry collector',
  clickstack: 'ClickStack',
  vector: 'Vector',
  fluent_bit: 'Fluent Bit',
  other: 'A table of its own',
};

/** Steps of a test, as people call them. */
export const STEP_NAMES: Partial<Record<string, string>> = {
  resolve: 'Name',
  connect: 'Connect',
  tls: 'TLS',
  sign_in: 'Sign in',
  version: 'Version',
  settings: 'Settings',
  tables: 'Tables',
  read: 'Read',
  cluster: 'Cluster',
};
