import i18next from "i18next";
import ICU from "i18next-icu";
import { initReactI18next } from "react-i18next";
import en from "./en.json";

void i18next
  .use(ICU)
  .use(initReactI18next)
  .init({ lng: "en", fallbackLng: "en", resources: { en: { translation: en } }, keySeparator: ".", returnNull: false });

export default i18next;
