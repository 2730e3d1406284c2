/** A text for people: Vietnamese first, English beside it. */
export interface BilingualText {
  vi: string
  en: string
}
