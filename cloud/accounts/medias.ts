// Where a user is notified: which medias stay, which change, and whether their addresses are valid.
import { type MediaType, mediaTypes } from './defaults.ts';
import type { Draft } from './draft.ts';
import { AccountError } from './errors.ts';
import type { Media, User } from './model.ts';
import type { MediaChange, UserFields } from './user-change.ts';

const MOST_CHARACTERS = 1024;
const EVERY_SEVERITY = 63;
const ALWAYS = '1-7,00:00-24:00';
/** `a@b.c`, also as `Somebody <a@b.c>`. */
const ADDRESS = /^[^\s@,;<>()[\]"\\]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])$/i;
const NAMED = /^[^<>]*<([^<>]+)>$/;

function asList(sendTo: string | readonly string[] | undefined): readonly string[] | undefined {
  return typeof sendTo === 'string' ? [sendTo] : sendTo;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, at) => text === other[at]);
}

/** The media that an entry means: by its id, or by type and address. */
function meant(user: User, change: MediaChange, path: string): Media | undefined {
  if (change.id === undefined) {
    const sendTo = asList(change.sendTo) ?? [];
    return user.medias.find(
      (media) => media.mediaTypeId === change.mediaTypeId && isSame(media.sendTo, sendTo),
    );
  }
  const media = user.medias.find(({ id }) => id === change.id);
  if (media === undefined) throw new AccountError('media_missing', { path: `${path}/mediaid` });
  return media;
}

function checkReadonly(media: Media, change: MediaChange, path: string): void {
  if (!media.provisioned) return;
  const { mediaTypeId = media.mediaTypeId, sendTo } = change;
  if (mediaTypeId !== media.mediaTypeId) {
    throw new AccountError('readonly_provisioned', { path, field: 'mediatypeid' });
  }
  if (!isSame(asList(sendTo) ?? media.sendTo, media.sendTo)) {
    throw new AccountError('readonly_provisioned', { path, field: 'sendto' });
  }
}

/** The step about whose medias these are. @throws AccountError */
export function checkOwnMedias(user: User, { medias = [] }: UserFields, path: string): void {
  for (const [at, change] of medias.entries()) {
    const where = `${path}/medias/${at + 1}`;
    const media = meant(user, change, where);
    if (media !== undefined) checkReadonly(media, change, where);
  }
}

function typeOf(user: User, change: MediaChange, path: string): MediaType {
  const id = change.mediaTypeId ?? meant(user, change, path)?.mediaTypeId;
  const type = mediaTypes.find((known) => known.id === id);
  if (type === undefined) throw new AccountError('object_missing', { path: `${path}/mediatypeid` });
  return type;
}

/** @throws AccountError where a type of media does not exist */
export function checkMediaTypes(user: User, { medias = [] }: UserFields, path: string): void {
  for (const [at, change] of medias.entries()) typeOf(user, change, `${path}/medias/${at + 1}`);
}

function isAddress(text: string): boolean {
  // Lines within it could end up as lines of a mail's head.
  if (/\p{Cc}/u.test(text)) return false;
  return ADDRESS.test(text) || ADDRESS.test(NAMED.exec(text)?.[1] ?? '');
}

/** Whether it is a URL at all; whether its address is allowed is checked when it is called. */
function isCallable(text: string): boolean {
  const url = URL.parse(text);
  const isWeb = url !== null && /^https?:$/.test(url.protocol) && /^https?:\/\//i.test(text);
  return isWeb && url.username === '' && url.password === '' && url.hash === '';
}

function checkRecipient(kind: MediaType['kind'], sendTo: string | readonly string[], path: string): void {
  if (kind === 'email') {
    const list = asList(sendTo) ?? [];
    if (list.length === 0) throw new AccountError('sendto_empty', { path });
    for (const [at, address] of list.entries()) {
      const where = `${path}/${at + 1}`;
      if (address === '') throw new AccountError('sendto_empty', { path: where });
      if (!isAddress(address)) throw new AccountError('sendto_email', { path: where });
    }
    if (list.join('\n').length > MOST_CHARACTERS) throw new AccountError('sendto_long', { path });
    return;
  }
  if (typeof sendTo !== 'string') throw new AccountError('sendto_text', { path });
  if (sendTo === '') throw new AccountError('sendto_empty', { path });
  if (sendTo.length > MOST_CHARACTERS) throw new AccountError('sendto_long', { path });
  if (!isCallable(sendTo)) throw new AccountError('sendto_url', { path });
}

/** @throws AccountError where an address is not one of its kind */
export function checkRecipients(user: User, { medias = [] }: UserFields, path: string): void {
  for (const [at, change] of medias.entries()) {
    const where = `${path}/medias/${at + 1}`;
    const media = meant(user, change, where);
    const { sendTo = media?.sendTo } = change;
    const { kind } = typeOf(user, change, where);
    const given = change.sendTo === undefined && kind !== 'email' ? (media?.sendTo[0] ?? '') : (sendTo ?? '');
    checkRecipient(kind, given, `${where}/sendto`);
  }
}

/** The medias as asked for: what is not named goes, but for what a directory of users has made. */
export function mediasOf(draft: Draft, user: User, { medias }: UserFields): readonly Media[] {
  if (medias === undefined) return user.medias;
  const wanted = medias.map((change): Media => {
    const known = meant(user, change, '');
    return {
      id: known?.id ?? draft.nextId('media'),
      mediaTypeId: change.mediaTypeId ?? known?.mediaTypeId ?? '',
      sendTo: [...(asList(change.sendTo) ?? known?.sendTo ?? [])],
      active: change.active ?? known?.active ?? true,
      severity: change.severity ?? known?.severity ?? EVERY_SEVERITY,
      period: change.period ?? known?.period ?? ALWAYS,
      provisioned: known?.provisioned ?? false,
    };
  });
  const ids = new Set(wanted.map(({ id }) => id));
  return [...wanted, ...user.medias.filter(({ id, provisioned }) => provisioned && !ids.has(id))];
}
