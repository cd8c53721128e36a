// A list as a file: page after page of the API's own CSV, with the names of the columns once.
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

/** One page of CSV, and where the next one begins. */
export interface CsvPage {
  readonly text: string;
  readonly next: string | null;
}

export type PageOf = (cursor: string | undefined) => Promise<CsvPage>;

const LINE_END = '\r\n';

function save(name: string, parts: readonly string[]): void {
  // The mark at the beginning tells spreadsheets that it is UTF-8.
  const blob = new Blob(['\ufeff', ...parts], { type: 'text/csv;charset=utf-8' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Downloads all pages as one file; `lines` counts on while it does. */
export function useCsv(name: string, pageOf: PageOf) {
  const [lines, setLines] = useState(0);
  const download = useMutation({
    mutationFn: async () => {
      setLines(0);
      const parts: string[] = [];
      let count = 0;
      let cursor: string | undefined;
      do {
        const { text, next } = await pageOf(cursor);
        const rows = text.split(LINE_END).filter((line) => line !== '');
        const body = parts.length === 0 ? rows : rows.slice(1);
        count += rows.length - 1;
        if (body.length > 0) parts.push(body.join(LINE_END) + LINE_END);
        setLines(count);
        cursor = next ?? undefined;
      } while (cursor !== undefined);
      save(name, parts);
      return count;
    },
  });
  return { download, lines };
}

/** The body of a list that is also given as CSV, where JSON was asked for. */
export function listed<T extends object>(body: T | string): T {
  if (typeof body === 'string') throw new TypeError('CSV where JSON was asked for');
  return body;
}
