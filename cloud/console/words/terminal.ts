// Words of terminals.
export const terminal = {
  title: { es: 'Terminales', en: 'Terminals' },
  name: { es: 'Nombre', en: 'Name' },
  site: { es: 'Sede', en: 'Branch' },
  state: { es: 'Estado', en: 'State' },
  address: { es: 'Dirección', en: 'Address' },
  serial: { es: 'Serie', en: 'Serial' },
  seen: { es: 'Último contacto', en: 'Last contact' },
  none: {
    es: 'Ningún terminal todavía. Se registran en su sede, o en el agent.yaml de esta.',
    en: 'No terminals yet. They are added at their branch, or in its agent.yaml.',
  },
  all: { es: 'Todos los estados', en: 'All states' },
} as const;
