/* style.h - how the page looks, and what it does. */
#ifndef PAGE_STYLE_H
#define PAGE_STYLE_H

/* CSS. Light and dark pages share everything but the colours, which are variables. */
extern const char style_sheet[];
/* JavaScript. */
extern const char style_script[];

#endif
