/** A revision of one cluster: 1, 2, 3 … without gaps, in commit order. */
export type Revision = number;
