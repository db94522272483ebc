/** The mark: a gate whose opening is a keyhole. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#0e7a69" d="M4 30V13a12 12 0 0 1 24 0v17z"/><path fill="#fff" d="M16 9a4.6 4.6 0 0 0-2.3 8.6L12 30h8l-1.7-12.4A4.6 4.6 0 0 0 16 9z"/></svg>`;
