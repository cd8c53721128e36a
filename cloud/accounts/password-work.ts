// The slow part of a change, done once however often the change is drafted anew.
import { hashPassword, isPassword } from './passwords.ts';

export class PasswordWork {
  readonly #hashes = new Map<string, Promise<string>>();
  readonly #looks = new Map<string, Promise<boolean>>();

  /** @param place where in the request the password stands: two users never share a salt */
  hash(place: string, password: string): Promise<string> {
    return remembered(this.#hashes, place, () => hashPassword(password));
  }

  matches(password: string, hash: string | null): Promise<boolean> {
    return remembered(this.#looks, `${hash}\n${password}`, () => isPassword(password, hash));
  }
}

function remembered<T>(known: Map<string, Promise<T>>, key: string, work: () => Promise<T>): Promise<T> {
  const doing = known.get(key) ?? work();
  known.set(key, doing);
  return doing;
}
