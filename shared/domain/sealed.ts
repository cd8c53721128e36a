// Data that only the one who asked can read: sealed under a key that was made for one question, so that no row or log holds it in clear.

const KEY_BYTES = 32;
const IV_BYTES = 12;

/** A key for one question, base64. */
export function freshKey(): string {
  return base64(crypto.getRandomValues(new Uint8Array(KEY_BYTES)));
}

/** `data` as JSON under AES-256-GCM, base64: the IV, then what is sealed with its tag. */
export async function seal(data: unknown, key: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const clear = new TextEncoder().encode(JSON.stringify(data));
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await imported(key), clear);
  return base64(new Uint8Array([...iv, ...new Uint8Array(sealed)]));
}

/** What `seal` was given. @throws DOMException, SyntaxError where it is damaged, or was sealed under another key */
export async function unseal(sealed: string, key: string): Promise<unknown> {
  const bytes = bytesOf(sealed);
  const iv = bytes.subarray(0, IV_BYTES);
  const clear = await crypto.subtle.decrypt(
    { name: 'AES-GCM', iv },
    await imported(key),
    bytes.subarray(IV_BYTES),
  );
  return JSON.parse(new TextDecoder().decode(clear));
}

function imported(key: string) {
  return crypto.subtle.importKey('raw', bytesOf(key), 'AES-GCM', false, ['encrypt', 'decrypt']);
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
