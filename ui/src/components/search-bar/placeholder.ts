export const PLACEHOLDER = 'Search words, "phrases", field:value, /regex/';
