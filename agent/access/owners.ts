// Whose an identifier is: a user of the terminal by badge or by name, or a guest.
import type { IdentifierInfo, IdentifierWish } from '../../shared/domain/access-identifier.ts';
import type { Roster } from '../terminal/tables/roster.ts';
import type { Guest } from './plan-slots.ts';

export interface OwnersScene {
  readonly roster: Roster;
  readonly guests: readonly Guest[];
  /** A badge that nobody has or had. */
  readonly newBadge: () => string;
}

/** `userId` null: a guest whom nobody knows yet. */
type Found = { readonly userId: string | null } | { readonly info: IdentifierInfo };

export class Owners {
  readonly #scene: OwnersScene;
  readonly #guests: Map<string, Guest>;
  #byName: Map<string, string[]> | null = null;

  constructor(scene: OwnersScene) {
    this.#scene = scene;
    this.#guests = new Map(scene.guests.map((guest) => [guest.userId, guest]));
  }

  get guests(): Guest[] {
    return [...this.#guests.values()];
  }

  find({ type, name }: IdentifierWish['owner']): Found {
    const { roster } = this.#scene;
    if (roster.all(name).length > 0) return this.#one(name);
    const guest = this.guests.find((each) => each.name === name);
    if (type === 'guest' && guest !== undefined) return this.#one(guest.userId);
    this.#byName ??= namesOf(roster);
    const [userId, another] = this.#byName.get(name) ?? [];
    if (another !== undefined) return { info: 'owner_ambiguous' };
    if (userId !== undefined) return this.#one(userId);
    return type === 'guest' ? { userId: null } : { info: 'entity_not_found' };
  }

  /** True if somebody has that badge, or it is kept for a guest. */
  has(userId: string): boolean {
    return this.#guests.has(userId) || this.#scene.roster.all(userId).length > 0;
  }

  /** A badge for somebody new. */
  reserve(name: string): string {
    const userId = this.#scene.newBadge();
    this.#guests.set(userId, { userId, name, isThere: false });
    return userId;
  }

  /** One badge in several records: nobody can say whose it is. */
  #one(userId: string): Found {
    return this.#scene.roster.all(userId).length > 1 ? { info: 'owner_ambiguous' } : { userId };
  }
}

function namesOf(roster: Roster): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const { name, userId } of roster.records()) names.set(name, [...(names.get(name) ?? []), userId]);
  return names;
}
