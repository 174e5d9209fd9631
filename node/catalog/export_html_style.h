#ifndef EXPORT_HTML_STYLE_H
#define EXPORT_HTML_STYLE_H

extern const char export_html_style[];

#endif
