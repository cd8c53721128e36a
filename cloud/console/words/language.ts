// Which language is spoken: the one that was chosen here before, else the browser's, else Spanish.
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { LANGUAGES, type Language, spokenIn, words } from './words.ts';

const KEPT_AS = 'sereno-language';

function isLanguage(text: string | null): text is Language {
  return LANGUAGES.some((language) => language === text);
}

function wanted(): Language {
  const kept = localStorage.getItem(KEPT_AS);
  if (isLanguage(kept)) return kept;
  const named = navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage);
  return named ?? 'es';
}

export function startLanguage(): void {
  const resources = Object.fromEntries(
    LANGUAGES.map((language) => [language, { translation: spokenIn(language, words) }]),
  );
  void i18next.use(initReactI18next).init({
    lng: wanted(),
    fallbackLng: 'es',
    resources,
    // React escapes by itself.
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = i18next.language;
}

export function currentLanguage(): Language {
  return isLanguage(i18next.language) ? i18next.language : 'es';
}

export async function speak(language: Language): Promise<void> {
  localStorage.setItem(KEPT_AS, language);
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}
