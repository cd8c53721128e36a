// What is used of dynalite, which ships no types.
declare module 'dynalite' {
  import type { Server } from 'node:http';

  function dynalite(options: {
    /** LevelDB folder; in memory where left out. */
    path?: string;
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  }): Server;
  export default dynalite;
}
