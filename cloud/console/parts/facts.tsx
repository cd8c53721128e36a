// What is known of one thing, a row each: a word and its value.
import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

export function Facts({ rows }: { readonly rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <Table layout="fixed" variant="vertical">
      <Table.Tbody>
        {rows.map(([word, value]) => (
          <Table.Tr key={word}>
            <Table.Th w="40%">{word}</Table.Th>
            <Table.Td>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
