// Words of branches.
export const branch = {
  title: { es: 'Sedes', en: 'Branches' },
} as const;
