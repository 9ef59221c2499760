"""An identity provider for tests."""

import base64
import json
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Issuer:
    """An identity provider: keys, and tokens signed with them."""

    def __init__(self, key=None, kid="one", url="https://issuer.example.com"):
        self.key, self.kid, self.url = key or rsa.generate_private_key(65537, 2048), kid, url

    def jwk(self):
        numbers = self.key.public_key().public_numbers()
        if isinstance(self.key, rsa.RSAPrivateKey):
            names = {"kty": "RSA", "n": numbers.n, "e": numbers.e}
            return {"kid": self.kid, **{name: value if isinstance(value, str) else
                                        base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))
                                        for name, value in names.items()}}
        return {"kid": self.kid, "kty": "EC", "crv": "P-256", "x": base64url(numbers.x.to_bytes(32, "big")),
                "y": base64url(numbers.y.to_bytes(32, "big"))}

    def jwks(self):
        return json.dumps({"keys": [self.jwk()]})

    def token(self, algorithm=None, **claims):
        is_rsa = isinstance(self.key, rsa.RSAPrivateKey)
        header = {"alg": algorithm or ("RS256" if is_rsa else "ES256"), "kid": self.kid}
        body = {"iss": self.url, "exp": int(time.time()) + 600, **claims}
        signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, body))
        if is_rsa:
            signature = self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        else:
            pair = decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
            signature = b"".join(number.to_bytes(32, "big") for number in pair)
        return f"{signed}.{base64url(signature)}"
