// Words of the filters that several lists have.
export const filter = {
  terminal: { es: 'Terminal', en: 'Terminal' },
  branch: { es: 'Sede', en: 'Branch' },
  all: { es: 'Todos', en: 'All' },
  allBranches: { es: 'Todas', en: 'All' },
  clear: { es: 'Quitar los filtros', en: 'Clear filters' },
} as const;
