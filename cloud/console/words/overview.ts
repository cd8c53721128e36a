// Words of the overview.
export const overview = {
  title: { es: 'Resumen', en: 'Overview' },
  terminals: { es: 'Terminales por estado', en: 'Terminals by state' },
  needs: { es: 'Lo primero', en: 'What needs a hand first' },
  allWell: {
    es: 'Todo en orden: ningún terminal necesita ayuda.',
    en: 'All is well: no terminal needs a hand.',
  },
  next: {
    offline: {
      es: 'Mire si tiene corriente y red. Si su sede está sin conexión, comience por el mini-PC de la sede.',
      en: 'See whether it has power and network. If its branch is offline, begin with the mini-PC of the branch.',
    },
    refused: {
      es: 'Su clave de comunicación no es la registrada. Compárela en el menú del terminal y corríjala en su página.',
      en: 'Its comm key is not the one registered. Compare it in the menu of the terminal and mend it on its page.',
    },
    swapped: {
      es: 'Responde otro aparato. Si lo cambiaron a propósito, acepte su número de serie en su página.',
      en: 'Another machine answers. If it was replaced on purpose, accept its serial number on its page.',
    },
    unknown: {
      es: 'Nadie lo ha probado todavía: se prueba en un minuto.',
      en: 'Nobody has tried it yet: it is tried within a minute.',
    },
  },
} as const;
