"""Papers: what is printed, signed and put into a folder.

Owns how a page looks: fonts, lines broken as Chinese is set, tables, signature lines, page numbers. Refuses to know
what a paper is about: areas bring blocks of text, and get the bytes of a PDF.

Remember: the same paper gives the same bytes, since its time and id are arguments; every character is drawn or spelt
out, never a blank; fonts come from the system and are embedded as far as they are used.
"""
