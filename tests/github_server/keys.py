"""The App's key pair, made anew in every process: no private key lies in the repository."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

__all__ = ["PRIVATE_PEM", "PUBLIC_PEM"]

_KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
PRIVATE_PEM = _KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
PUBLIC_PEM = _KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
