// Where versions, links, and what the updater remembers lie.
import { join } from 'node:path';

export interface Places {
  /** A folder for each version. */
  readonly versions: string;
  /** The link to the version that is started. */
  readonly current: string;
  /** The link to the version whose updater is started. */
  readonly updater: string;
  /** How far an update is. */
  readonly state: string;
  /** Where the agent asks for one. */
  readonly inbox: string;
  /** Where a package is fetched to. */
  readonly download: string;
}

/** What the agent puts into the inbox. */
export const REQUEST_FILE = 'request.json';
const VERSIONS = 'versions';

/** @param program the folder of all versions @param memory the folder of the updater */
export function placesOf(program: string, memory: string): Places {
  return {
    versions: join(program, VERSIONS),
    current: join(program, 'current'),
    updater: join(program, 'updater'),
    ...requestPlaces(memory),
    download: join(memory, 'package.update'),
  };
}

/** What of it the agent uses. */
export function requestPlaces(memory: string): Pick<Places, 'state' | 'inbox'> {
  return { state: join(memory, 'state.json'), inbox: join(memory, 'inbox') };
}

export function folderOf({ versions }: Pick<Places, 'versions'>, version: string): string {
  return join(versions, version);
}

/** What a link to a version holds: relative, so that it is right wherever all of it lies. */
export function targetOf(version: string): string {
  return join(VERSIONS, version);
}
