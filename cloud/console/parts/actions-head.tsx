// The head of a column of buttons: those who look see them, those who listen are told.
import { Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';

export function ActionsHead() {
  const { t } = useTranslation();
  return (
    <Table.Th>
      <span className="visually-hidden">{t('common.actions')}</span>
    </Table.Th>
  );
}
