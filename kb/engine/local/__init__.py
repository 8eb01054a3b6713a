"""The engine that needs no server: vectors by FAISS, words by tantivy."""
