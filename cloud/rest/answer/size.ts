// How much one answer can hold.

/** Lambda returns at most 6 MB; a little is for the headers. */
const MOST_RETURNED_BYTES = 5.9 * 1024 * 1024;

/** The largest page that one may ask for; a page of this size always fits into an answer. */
export const MOST_ROWS = 5000;

/** True if a body can be returned: it travels as a JSON string, in which every quote takes two bytes. */
export function fitsLambda(body: string): boolean {
  if (body.length * 6 < MOST_RETURNED_BYTES) return true;
  return Buffer.byteLength(JSON.stringify(body)) < MOST_RETURNED_BYTES;
}
