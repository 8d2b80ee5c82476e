/** The part of the builder's address that other features link to: a search that it shows as conditions. */
export interface BuilderLink {
  q?: string;
  from?: string;
  to?: string;
  /** Name of the source; left out for what the server stores itself. */
  src?: string;
}
