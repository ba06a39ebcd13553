/** Whether a text can be an id or a name of the platform's: DNS labels. Others stand in no table, and some no table can hold. */
export function isReference(text: string): boolean {
  return /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text);
}
