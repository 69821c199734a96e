"""What can go wrong with papers."""

from api.kernel.errors import DomainError, Kind


class FontMissing(DomainError):
    """No font with Chinese characters is installed where papers are made."""

    code, kind = "paper_font_missing", Kind.UNAVAILABLE
    zh = "服务器未安装中文字体，无法生成文书，请联系管理员（fonts-wqy-zenhei）。"
    en = "The server has no Chinese font to print with; tell your administrator (fonts-wqy-zenhei)."
