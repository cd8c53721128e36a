// Words of signing in and of the first password.
export const signIn = {
  title: { es: 'Entrar a Sereno', en: 'Sign in to Sereno' },
  lead: {
    es: 'Los terminales de todas las sedes, en un solo lugar.',
    en: 'The terminals of every branch, in one place.',
  },
  username: { es: 'Usuario', en: 'User name' },
  password: { es: 'Contraseña', en: 'Password' },
  submit: { es: 'Entrar', en: 'Sign in' },
  ended: { es: 'La sesión terminó. Entre de nuevo.', en: 'The session has ended. Sign in again.' },
  blocked: {
    es: 'Tras varias contraseñas equivocadas la cuenta se bloquea por un momento (30 segundos, si no se configuró otra cosa). Espere y pruebe otra vez, o pida ayuda a quien administra los operadores.',
    en: 'After several wrong passwords an account is blocked for a moment (30 seconds, unless set otherwise). Wait and try again, or ask whoever manages the operators.',
  },
  newTitle: { es: 'Elija su contraseña', en: 'Choose your password' },
  newLead: {
    es: 'La actual la eligió otra persona. Antes de seguir hace falta una suya.',
    en: 'Somebody else chose the present one. One of your own is needed before you go on.',
  },
  current: { es: 'Contraseña actual', en: 'Current password' },
  fresh: { es: 'Contraseña nueva', en: 'New password' },
  again: { es: 'Otra vez la nueva', en: 'The new one again' },
  differ: { es: 'Las dos no son iguales', en: 'The two are not the same' },
  same: { es: 'Debe ser distinta de la actual', en: 'It must differ from the current one' },
  change: { es: 'Guardar y seguir', en: 'Save and go on' },
  changed: { es: 'Contraseña cambiada', en: 'Password changed' },
} as const;
