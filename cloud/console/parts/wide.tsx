// A table that scrolls sideways where the screen is narrow, by the keyboard too.
import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

export interface WideProps {
  readonly minWidth: number;
  /** What the table is, for who does not see it. */
  readonly label: string;
  readonly children: ReactNode;
}

export function Wide({ minWidth, label, children }: WideProps) {
  return (
    <Table.ScrollContainer
      minWidth={minWidth}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': label } }}
    >
      {children}
    </Table.ScrollContainer>
  );
}
