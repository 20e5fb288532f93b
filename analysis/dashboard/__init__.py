"""The dashboard: one module a page, and what they share.

Text from the web reaches a page in three ways only: `st.text`, the passage and
matrix components (which make text nodes of it), and `text.label`. Everything
else in Streamlit reads Markdown.
"""
