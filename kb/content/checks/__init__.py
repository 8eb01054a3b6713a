"""The rules of ``kb check`` on what a case says, beyond what each of its fields must be.

``results`` holds those on figures, directions and years; ``wording`` those on sentences;
``whole`` those on its length and its folder; ``source`` those on the file as it is typed. None of
them keeps a case from being understood: they are asked beside the reading of it, so that a text
of before stays readable.
"""
