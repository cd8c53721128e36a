// Words of branches.
export const branch = {
  title: { es: 'Sedes', en: 'Branches' },
  name: { es: 'Nombre', en: 'Name' },
  state: { es: 'Estado', en: 'State' },
  agent: { es: 'Agente', en: 'Agent' },
  certificate: { es: 'Certificado hasta', en: 'Certificate until' },
  terminals: { es: 'Terminales', en: 'Terminals' },
  seen: { es: 'Último contacto', en: 'Last contact' },
  none: { es: 'Ninguna sede todavía', en: 'No branch yet' },
  add: { es: 'Nueva sede', en: 'New branch' },
  id: { es: 'Identificador', en: 'Id' },
  idHint: {
    es: 'De 1 a 32 letras minúsculas sin acento, cifras y guiones: norte',
    en: '1 to 32 lower-case letters, digits and hyphens: norte',
  },
  make: { es: 'Crear la sede', en: 'Make the branch' },
  line: { es: 'Línea para el mini-PC', en: 'Line for the mini-PC' },
  lineOf: { es: 'Línea para el mini-PC de {{name}}', en: 'Line for the mini-PC of {{name}}' },
  paste: {
    es: 'Pegue esta línea en el mini-PC de la sede. Sirve una sola vez, hasta {{until}}.',
    en: 'Paste this line on the mini-PC of the branch. It serves once, until {{until}}.',
  },
  waiting: { es: 'Esperando a que el agente llegue…', en: 'Waiting for the agent to arrive…' },
  arrived: {
    es: 'El agente llegó: la sede está conectada.',
    en: 'The agent has arrived: the branch is connected.',
  },
} as const;
