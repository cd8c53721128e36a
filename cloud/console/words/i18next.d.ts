// Keys of words are checked by the compiler.
import type { Spoken, words } from './words.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    readonly resources: { readonly translation: Spoken<typeof words> };
    readonly returnNull: false;
  }
}
