"""Files: photos and papers that belong to something else.

Owns the bytes, what they were found to be, uploads that go on where they were cut off, and links to fetch them.
Refuses to believe a file's name or declared type, and to keep an image as it came: it is re-encoded without metadata.

Remember: who may see a file is the business of what it belongs to; a link is signed and ends; bytes that nothing claims
are removed.
"""
