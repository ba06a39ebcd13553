/** What values of enums mean: by the name of the type in Go, and the value. */
export type Meanings = Readonly<Record<string, Readonly<Record<string, string>>>>;
