// What an operation does, in words; one that has none here is shown as the API calls it.
import { useTranslation } from 'react-i18next';
import { common } from '../words/common.ts';

type Known = keyof typeof common.op;

function isKnown(op: string): op is Known {
  return Object.hasOwn(common.op, op);
}

export function useOpName(): (op: string) => string {
  const { t } = useTranslation();
  return (op) => (isKnown(op) ? t(`common.op.${op}`) : op);
}
