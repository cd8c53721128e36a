// Text from elsewhere (names, serial numbers, badges) as text: what turns the direction or does not show is shown as its number.

/** Controls, and what changes the direction of the text around it; no letters of any script are among them. */
const HIDDEN =
  /[\p{Cc}\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** The text with each hidden character as `⟨U+202E⟩`. */
export function plain(text: string): string {
  return text.replace(HIDDEN, (hidden) => {
    const number = (hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return `⟨U+${number}⟩`;
  });
}

/** The same in the page, in a direction of its own that does not turn what stands beside it. */
export function Plain({ text, mono = false }: { readonly text: string; readonly mono?: boolean }) {
  return (
    <bdi dir="auto" className={mono ? 'plain mono' : 'plain'}>
      {plain(text)}
    </bdi>
  );
}
