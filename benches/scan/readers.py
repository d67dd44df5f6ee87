"""The readers: zbar and zxing-cpp. Each gives the texts of the QR symbols that it finds in a frame."""

import zxingcpp
from PIL import Image
from pyzbar import pyzbar


def zbar(frame):
    found = pyzbar.decode(Image.fromarray(frame), symbols=[pyzbar.ZBarSymbol.QRCODE])
    return [symbol.data.decode("utf-8", "replace") for symbol in found]


def zxing(frame):
    found = zxingcpp.read_barcodes(frame, formats=zxingcpp.BarcodeFormat.QRCode)
    return [symbol.text for symbol in found]


READERS = {"zxing-cpp": zxing, "zbar": zbar}
