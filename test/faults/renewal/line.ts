// What goes between a branch's process and its parent, who plays broker and cloud.

export type FromBranch =
  | { readonly kind: 'connect'; readonly certificate: string; readonly key: string }
  | { readonly kind: 'publish'; readonly id: number; readonly body: string };

export type ToBranch =
  /** By the path of its file. */
  | { readonly kind: 'up' | 'down'; readonly certificate: string }
  | { readonly kind: 'published'; readonly id: number }
  | { readonly kind: 'word'; readonly certificate: string }
  | { readonly kind: 'enrolled' };
